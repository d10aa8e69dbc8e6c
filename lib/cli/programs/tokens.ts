import { runAsProgram } from '../run-command';
import { tokensCommand } from '../tokens';

runAsProgram(tokensCommand);
