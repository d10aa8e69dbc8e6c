/** A text in which each secret is `***`, however it is written in JSON or in a URL. */
export function withoutSecrets(text: string, secrets: string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // A secret may be a part of another one.
  const longestFirst = [...new Set(forms)].filter(Boolean).sort((one, other) => other.length - one.length);
  return longestFirst.reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** A text that moves no cursor, forges no line, and turns no writing around. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
