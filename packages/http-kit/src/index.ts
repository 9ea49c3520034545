export type { HttpAuth } from './auth.ts';
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './client.ts';
export { type RefusalOptions, refusalFrom } from './refusal.ts';
export { type HttpResponse, isSuccess } from './response.ts';
export { retryAfterMsFrom } from './retry-after.ts';
export { userAgentOf } from './user-agent.ts';
