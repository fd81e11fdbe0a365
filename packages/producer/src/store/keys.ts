const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;
/** Well below what S3 takes (1,024 bytes) with a prefix. */
const MAX_KEY_LENGTH = 400;
/** What every file system takes. */
const MAX_SEGMENT_LENGTH = 200;

/** Whether a text is a key: a relative path that leads nowhere else on any system. */
export function isKey(text: string): boolean {
  if (text.length > MAX_KEY_LENGTH || !KEY.test(text)) return false;
  return text.split("/").every((segment) => segment.length <= MAX_SEGMENT_LENGTH);
}

/** The key itself. Throws TypeError for what is none. */
export function checkKey(key: string): string {
  if (!isKey(key)) throw new TypeError(`Not a key of the store: ${JSON.stringify(key)}`);
  return key;
}
