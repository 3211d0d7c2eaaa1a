/**
 * The stream's name and version, the UTC second and a random id, then what the stream is told to append:
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
const NAME =
  /(?:^|\/)[A-Za-z0-9_.-]{1,64}-\d{1,9}-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[A-Za-z0-9]+)*$/;

/** Whether a key is one that a Firehose stream gives to its objects, under any prefix. */
export const isFirehoseKey = (key: string): boolean => NAME.test(key);
