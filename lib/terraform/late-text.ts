import { Lazy } from 'cdktf';

/** What produces each of these texts, by what stands for it until then. */
const producers = new Map<string, () => string>();

const REFERENCE = /\$\{TfToken\[[^\]]*\]\}/g;

/** A text that may still change while constructs are made, as what is called on a cluster later decides it. When Terraform is written, it is there. */
export function lateText(produce: () => string): string {
  const text = Lazy.stringValue({ produce });
  producers.set(text, produce);
  return text;
}

/** A text with what it would be now in place of each such text. What is known only to Terraform stays as it is. */
export function asOfNow(text: string): string {
  return text.replace(REFERENCE, (reference) => producers.get(reference)?.() ?? reference);
}
