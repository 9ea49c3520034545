export { type RecordingCase, recordingCases } from './cases.ts';
export { folderOf } from './cli.ts';
export { normalised } from './normalise.ts';
export { parsedAnswer, type RawAnswer, rawAnswer } from './raw-answer.ts';
export { recordCase } from './recorder.ts';
export {
  bodyOf as recordedBody,
  chunksOf as recordedChunks,
  type Recording,
  readRecording,
} from './recording.ts';
