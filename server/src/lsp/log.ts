/** What the server says besides its results: the log, messages to the user, and none of them twice. */
import { type Connection, type MessageType, ShowMessageNotification } from 'vscode-languageserver';
import type { Message } from '../core/text/language.ts';

export function speaker(connection: Connection) {
  const said = new Set<string>();

  function once<T extends string>(text: T, say: (text: T) => void): void {
    if (said.has(text)) return;
    said.add(text);
    say(text);
  }

  const logWarning = (text: Message): void => connection.console.warn(text);

  function logError(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    once(text, () => connection.console.error(text));
  }

  /** Answers with the fallback where the work throws; the log says why. */
  async function guarded<R>(fallback: R, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      logError(error);
      return fallback;
    }
  }

  /** Shows a message to the user. */
  function tell(type: MessageType, message: Message): void {
    connection.sendNotification(ShowMessageNotification.type, { type, message });
  }

  /** Shows a warning with something to do about it, which is done when the user asks for it. */
  function offer(message: Message, title: Message, act: () => Promise<void>): void {
    connection.window
      .showWarningMessage(message, { title })
      .then((chosen) => (chosen ? act() : undefined))
      .catch(logError);
  }

  /** Says in the log what goes on. */
  const log = (text: Message): void => connection.console.info(text);

  return { once, log, logWarning, logError, guarded, tell, offer };
}
