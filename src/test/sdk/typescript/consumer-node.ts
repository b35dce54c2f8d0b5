// The same for what only Node has.
import { MirrorNeuron } from "mirrorneuron-api/node";

export async function take(run: string, file: string): Promise<void> {
  const mn = await MirrorNeuron.find({ home: "/srv/mn" });
  await mn.submitBundle("workflows/invoice", { inputs: { amount: 7 } });
  await mn.validate("workflows/invoice.zip");
  await mn.export(run, file, "markdown");
  for (const artifact of await mn.artifacts(run)) await mn.download(run, artifact.relative_path, file);
  for await (const { run_id, status } of mn.runs({ status: "failed" })) console.log(run_id, status);
}
