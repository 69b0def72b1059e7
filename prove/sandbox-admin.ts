/** Asks the sandbox's admin; throws with its answer if it refuses. */
export async function postTo(adminUrl: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${adminUrl}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The sandbox refused ${path}: ${await answer.text()}`);
}
