/** An archive's bytes, with a view that reads its numbers. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export const sourceOf = (bytes: Uint8Array): Source => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});

/** What stands in a field whose value is found in a ZIP64 record instead. */
export const IN_ZIP64 = { u16: 0xffff, u32: 0xffffffff } as const;
