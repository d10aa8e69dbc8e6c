import { createHmac } from 'node:crypto';

/** Whether a server that takes such tokens takes this one. */
export function takesToken(token: string, takes: string[], adminKey: string): boolean {
  const [header, claims, signature] = token.split('.');
  if (signature === undefined) return false;
  const signedBy = (key: string) => createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url') === signature;
  const { alg: algorithm } = JSON.parse(Buffer.from(header, 'base64url').toString());
  if (algorithm === 'none') return takes.includes('unsigned');
  return (takes.includes('empty-signed') && signedBy('')) || (takes.includes('tokens') && signedBy(adminKey));
}
