import { DataVolume } from '../../posture/setup';
import { blockOf, hasUnknown, isGiven, listOf, ObservedResource, Resources } from '../resources';

/** The volumes in which a machine may keep data: those that are attached to it, or else its root disk. */
export function volumesOf(machine: ObservedResource, resources: Resources): DataVolume[] {
  const attachments = resources.ofType('aws_volume_attachment');
  const isOf = ({ values, scope }: ObservedResource) => resources.target({ scope }, values.instance_id) === machine;
  const attached = attachments.filter(isOf).flatMap(({ values, scope }) => resources.target({ scope }, values.volume_id) ?? []);
  const own = [...listOf(machine.values.ebs_block_device), ...listOf(machine.values.block_device_mappings)];
  const volumes = [
    ...attached.map((volume) => ({
      name: volume.address,
      isEncrypted: encryption(volume.values, resources),
      endsWithNode: false,
    })),
    ...own.map((block) => blockVolume(block, machine, resources)),
  ];
  // One that nobody knows to be of this machine may be.
  const mayHaveMore = attachments.some(({ values, scope }) => !resources.target({ scope }, values.instance_id));
  if (volumes.length > 0 || mayHaveMore || !machine.type.startsWith('aws_') || isGiven(blockOf(machine.values.launch_template)))
    return volumes;
  return [rootVolume(machine, resources)];
}

function rootVolume(machine: ObservedResource, resources: Resources): DataVolume {
  const root = blockOf(machine.values.root_block_device) ?? {};
  return {
    name: `the root disk of ${machine.address}`,
    isEncrypted: encryption(root, resources),
    endsWithNode: isDeleted(root),
  };
}

/** A block of a machine's own, or of a template of machines, which has it one level deeper. */
function blockVolume(block: any, machine: ObservedResource, resources: Resources): DataVolume {
  const values = blockOf(block.ebs) ?? block;
  const name = `${block.device_name ?? 'a disk'} of ${machine.address}`;
  return { name, isEncrypted: encryption(values, resources), endsWithNode: isDeleted(values) };
}

function isDeleted({ delete_on_termination: deleted }: any): boolean | undefined {
  return hasUnknown(deleted) ? undefined : String(deleted ?? true) === 'true';
}

/** What says nothing is as the account has it, which is not known unless it is among what was read. */
function encryption({ encrypted }: any, resources: Resources): boolean | undefined {
  if (hasUnknown(encrypted)) return undefined;
  const [byDefault] = resources.ofType('aws_ebs_encryption_by_default');
  if (byDefault && String(byDefault.values.enabled ?? true) === 'true') return true;
  return String(encrypted) === 'true';
}
