/** The bytes that a text stands for, if there are exactly so many, and the text is the one way to write them. */
export const decodeBase64 = (text: string, length: number): Uint8Array | undefined => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return bytes.length === length && encodeBase64(bytes) === text ? bytes : undefined;
};

/** For keys and signatures: not for long input. */
const encodeBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
