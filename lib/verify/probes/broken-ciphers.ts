import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { TLS_1_2 } from '../wire/hello';
import { BadOffer, offerToEach } from './handshakes';

const OFFERS = {
  'ciphers that do not encipher': [0x0001, 0x0002, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010, 0xc015],
  'ciphers without a certificate': [
    ...[0x0017, 0x0018, 0x0019, 0x001a, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d],
    ...[0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018, 0xc019],
  ],
  'export ciphers': [0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014],
  RC4: [0x0004, 0x0005, 0xc002, 0xc007, 0xc00c, 0xc011],
  'DES and 3DES': [
    0x0009, 0x000a, 0x000c, 0x000d, 0x000f, 0x0010, 0x0012, 0x0013, 0x0015, 0x0016, 0xc003, 0xc008, 0xc00d, 0xc012,
  ],
};

export const brokenCiphers: Probe = {
  id: 'broken-ciphers',
  severity: FindingSeverity.ERROR,
  title: 'A cipher is accepted that is broken: none at all, without a certificate, export, RC4, DES or 3DES',
  sends: 'handshakes of TLS 1.2 that offer nothing but these',
  setting: 'none: Qdrant accepts none of them; for nginx in front of it, ssl_ciphers',
  construct: 'none: neither Qdrant nor the guard accepts them; look at the load balancer in front of the cluster',
  run: (attack) => offerToEach(attack, Object.entries(OFFERS).map(offerOf)),
};

export function offerOf([name, suites]: [string, number[]]): BadOffer {
  return { name, version: TLS_1_2, suites, isBad: ({ suite }) => suites.includes(suite) };
}
