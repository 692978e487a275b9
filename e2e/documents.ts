// Documents for the journeys, made here.
import { crc32 } from 'node:zlib';

/** OpenDocument with these elements in its text: a zip file of one part, not compressed. */
export function odt(elements: string): Buffer {
  const name = Buffer.from('content.xml');
  const content = Buffer.from(`<office:document-content xmlns:office="o" xmlns:text="t">${elements}</office:document-content>`);
  // Version, flags, method, time, date, check sum, both sizes, length of the name, no more fields.
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, content]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
