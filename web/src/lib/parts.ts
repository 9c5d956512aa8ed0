// Some things are made by several calls, each of which can fail. Another try goes on
// behind the parts that are done.

// Done is what each part was done with, as JSON.
export type Done<Part extends string> = Partial<Record<Part, string>>

// PartError is a part that failed.
export class PartError<Part extends string> extends Error {
  readonly part: Part
  constructor(part: Part, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.part = part
  }
}

// doPart does a part, unless it is done with the same input already. Without an input
// the part is not wanted: undo takes it back if it was done. A failure is a PartError.
export async function doPart<Part extends string>(
  done: Done<Part>,
  part: Part,
  input: unknown,
  run: () => Promise<unknown>,
  undo?: () => Promise<unknown>,
): Promise<void> {
  const text = input === undefined ? undefined : JSON.stringify(input)
  if (done[part] === text) return
  try {
    await (text === undefined ? undo?.() : run())
  } catch (error) {
    throw new PartError(part, error)
  }
  done[part] = text
}
