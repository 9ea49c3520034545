export { DockerClient } from './client.ts';
export type {
  ContainerDetails,
  ContainerOptions,
  ContainerSummary,
  ExecResult,
} from './containers.ts';
export { outputsFrom } from './containers.ts';
export { canStartEngines, engineAnswers, engineSocket } from './engine-under-test.ts';
export { testImage } from './image.ts';
export { type BuildOptions, buildImage, hasImage, importImage } from './images.ts';
export { describeEngine, describePrivateEngine } from './jest.ts';
export { PrivateEngine, type PrivateEngineOptions } from './private-engine.ts';
export { findProgram } from './programs.ts';
export { type TarEntry, tarOf } from './tar.ts';
export {
  type EngineRequest,
  isRefusal,
  numberAt,
  textAt,
  valueAt,
} from './transport.ts';
