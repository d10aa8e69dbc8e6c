import { runAsProgram } from '../run-command';
import { verifyCommand } from '../verify';

runAsProgram(verifyCommand);
