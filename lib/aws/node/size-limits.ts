import { Construct } from 'constructs';
import { gzipSync } from 'node:zlib';
import { badInput } from '../../input/input';
import { readableName } from '../../terraform/readable-name';

/** How large the user data of an instance may be, before it is encoded: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const MAX_USER_DATA = 16 * 1024;
/** How large a document may be: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
const MAX_DOCUMENT = 64 * 1024;
/** What surrounds the installer in both, and what Terraform compresses otherwise than Node does. */
const SURROUNDINGS = 832;

/** What is sent to a node; may hold tokens. */
interface Installers {
  readonly programs: string;
  readonly config: string;
}

/**
 * Refuses, when the app is synthesized, what AWS would refuse only once a node has to be made or replaced. What only Terraform knows counts as long as
 * the expression that it comes from.
 */
export function refuseWhatDoesNotFit(scope: Construct, installers: Installers): void {
  scope.node.addValidation({ validate: () => check(scope, installers) });
}

/** As `refuseWhatDoesNotFit`, of the document that verifies a cluster: a program that goes compressed, and a script. */
export function refuseVerificationThatDoesNotFit(scope: Construct, program: string, script: string): void {
  const size = compressedSize(program) + JSON.stringify(readableName(scope, script)).length + SURROUNDINGS;
  if (size <= MAX_DOCUMENT) return;
  throw badInput(scope, {
    given: `the document of Systems Manager that verifies the cluster has about ${size} bytes, of which ${SURROUNDINGS} are spare`,
    allowed: `${MAX_DOCUMENT} bytes`,
    instead: 'an image with a shorter name',
  });
}

function check(scope: Construct, { programs, config }: Installers): string[] {
  const known = readableName(scope, config);
  const userData = gzipSync(programs + known).length + SURROUNDINGS;
  const document = compressedSize(programs) + JSON.stringify(known).length + SURROUNDINGS;
  return [
    ...tooLarge(scope, 'the user data of a node', userData, MAX_USER_DATA),
    ...tooLarge(scope, 'the document of Systems Manager', document, MAX_DOCUMENT),
  ];
}

/** In base64. */
function compressedSize(text: string): number {
  return Math.ceil((gzipSync(text).length * 4) / 3);
}

function tooLarge(scope: Construct, what: string, size: number, limit: number): string[] {
  if (size <= limit) return [];
  const input = {
    given: `${what} has about ${size} bytes, of which ${SURROUNDINGS} are spare`,
    allowed: `${limit} bytes, which settings, host names and the hosts of the nodes share with the programs of a node`,
    instead: 'fewer or shorter settings and hostNames, or fewer nodes',
  };
  return [badInput(scope.node.scope ?? scope, input).message];
}
