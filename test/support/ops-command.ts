import { main } from '../../lib/cli/main';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What a run of `cdktf-qdrant ops` ends with, and what it wrote. */
export async function ops(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const context = { environment, out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const status = await main(['ops', ...args], context);
  return { status, out, err };
}
