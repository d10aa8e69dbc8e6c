export type { AttackOptions, Material, Target, TargetPorts } from './attack/target';
export { Outcome } from './probe';
export { probes } from './probes';
export { jsonReport } from './report/json';
export { junitReport } from './report/junit';
export { textReport } from './report/text';
export { countsOf, NotAttackable, verify } from './verify';
export type { Report, VerifyOptions } from './verify';
export type { Identity } from './x509/make-certificate';
