import { chromium, Page } from 'playwright-core';
import { findProgram } from './programs';

/** A window of a browser of this machine. */
export async function openWindow(): Promise<Page> {
  // Its own sandbox is not to be had by root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: findProgram('chromium'), args });
  return browser.newPage();
}

/** What a page asked for and complained of. */
export interface Watched {
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens a file, and watches it while something is done with it. */
export async function watched(page: Page, path: string, act: () => Promise<void>): Promise<Watched> {
  const seen: Watched = { requests: [], complaints: [] };
  page.on('request', (request) => void seen.requests.push(request.url()));
  page.on('console', (message) => void seen.complaints.push(message.text()));
  page.on('pageerror', (error) => void seen.complaints.push(error.message));
  page.on('dialog', (dialog) => void (seen.complaints.push(dialog.message()), dialog.dismiss()));
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`file://${path}`);
  await act();
  page.removeAllListeners();
  return seen;
}

/** What is ugly in the page, one phrase each: text that leaves its frame, lies over other text, or is hard to tell from what is behind it. */
export async function blemishesOf(page: Page): Promise<string[]> {
  return page.evaluate(BLEMISHES) as Promise<string[]>;
}

// As a text, since it runs in the browser, of which the compiler knows nothing here.
const BLEMISHES = `(() => {
  const found = [];
  const name = (element) => JSON.stringify(element.textContent.slice(0, 40));
  const boxes = new Map();
  const boxOf = (element) => {
    if (!boxes.has(element)) boxes.set(element, element.getBoundingClientRect());
    return boxes.get(element);
  };
  const inside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  const frameOf = (element) => {
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const frame = [...parent.children].find((child) => child.tagName === 'rect');
      if (frame) return frame;
    }
    return undefined;
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const judge = (element, colour, behind) => {
    if (contrast(colour, behind) < 4.5) found.push(name(element) + ' has a contrast of ' + contrast(colour, behind).toFixed(1));
  };
  const backgroundOf = (element) => {
    for (let parent = element; parent; parent = parent.parentElement) {
      const { backgroundColor } = getComputedStyle(parent);
      if (!/, 0\\)$|transparent/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };

  const texts = [...document.querySelectorAll('svg text')];
  if (texts.length < 10) found.push('there are only ' + texts.length + ' texts');
  texts.forEach((text, index) => {
    const box = boxOf(text);
    if (box.width < 1 || box.height < 5) found.push(name(text) + ' is not to be seen');
    const frame = frameOf(text);
    const whole = boxOf(text.closest('svg'));
    if (!inside(box, frame ? boxOf(frame) : whole)) found.push(name(text) + ' leaves its frame');
    for (const other of texts.slice(index + 1)) if (meet(box, boxOf(other))) found.push(name(text) + ' lies over ' + name(other));
    judge(text, getComputedStyle(text).fill, frame ? getComputedStyle(frame).fill : backgroundOf(text));
  });
  const marks = [...document.querySelectorAll('svg .mark')];
  for (const mark of marks) {
    for (const other of [...texts, ...marks]) {
      if (!mark.contains(other) && meet(boxOf(mark), boxOf(other))) found.push('the mark ' + name(mark) + ' lies over ' + name(other));
    }
  }
  const frames = [...document.querySelectorAll('svg .box')];
  frames.forEach((box, index) => {
    if (!inside(boxOf(box), boxOf(box.closest('svg')))) found.push('a box leaves the picture');
    for (const other of frames.slice(index + 1)) if (meet(boxOf(box), boxOf(other))) found.push('boxes lie over each other');
  });
  for (const line of document.querySelectorAll('svg .line')) {
    if (!inside(boxOf(line), boxOf(line.closest('svg')))) found.push('a line leaves the picture');
    // Ends are within the boxes that they are of; what is between them may go behind none.
    const length = line.getTotalLength();
    const at = (way) => line.getPointAtLength(way).matrixTransform(line.getScreenCTM());
    for (let way = 20; way < length - 20; way += 15) {
      const { x, y } = at(way);
      const point = { left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 };
      if (frames.some((box) => meet(point, boxOf(box)))) {
        found.push('a line goes through a box');
        break;
      }
    }
  }

  for (const element of document.querySelectorAll('h1, h2, h3, p, li, th, td, code, a, strong')) {
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(name(element) + ' leaves its cell');
    judge(element, getComputedStyle(element).color, backgroundOf(element));
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (document.querySelector('main') && scrollWidth > clientWidth) found.push('the page is wider than the window');
  return [...new Set(found)];
})()`;
