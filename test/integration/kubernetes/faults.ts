import { certificateFaults } from './certificate-faults';
import { clockFaults } from './clock-faults';
import { Given } from './given';
import { lostVolumes } from './lost-volumes';
import { machineFaults } from './machine-faults';
import { processFaults } from './process-faults';

/** What goes wrong around a node, and that it is over without a person, or that a line of its log names what a person is to do. */
export function faults(given: Given): void {
  describe('after a fault', () => {
    processFaults(given);
    machineFaults(given);
    clockFaults(given);
    certificateFaults(given);
    lostVolumes(given);
  });
}
