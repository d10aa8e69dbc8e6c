import { opsCommand } from '../ops';
import { runAsProgram } from '../run-command';

runAsProgram(opsCommand);
