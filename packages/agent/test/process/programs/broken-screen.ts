/** Takes the terminal over, shows a line and breaks a moment later: `throw`, or `reject` for a forgotten promise. */
import { span } from '../../../src/live/line.ts';
import { Terminal } from '../../../src/live/terminal.ts';

const terminal = new Terminal({
  colors: 'off',
  onKey: () => {
    if (process.argv[2] === 'throw') throw new Error('broken');
    void Promise.reject(new Error('broken'));
  },
  onResize: () => {},
  onGone: () => {},
});
terminal.draw([[span('about to break')]]);
