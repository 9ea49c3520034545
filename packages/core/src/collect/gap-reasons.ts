/**
 * Why lines of a log may be missing, or a container went before it was read to its end: what the warning and the event
 * `gap` say. The closed set, by a name of its own.
 */
export const gapReasons = {
  line_gone: (time: string) =>
    `the line of ${time} is not in the log any more; what is younger and can be read is read` as const,
  line_before_damage: (time: string) =>
    `the line of ${time} is followed by damage; what is younger and can be read is read` as const,
  file_damaged: () => 'a place in the log file is damaged; what is behind it is read' as const,
  rotated_unread: () =>
    'the only file of the log was emptied before it was read to its end; what is younger is read' as const,
  attached_late: () => 'what the container printed before it was attached to may be lost' as const,
  connection_cut: () =>
    'the connection to an attached container was cut: lines about that moment may be missing or come twice' as const,
  removed_unread: () => 'the container was removed before its log was read to the end' as const,
};

/** What one of {@link gapReasons} comes to. */
export type GapReason = ReturnType<(typeof gapReasons)[keyof typeof gapReasons]>;
