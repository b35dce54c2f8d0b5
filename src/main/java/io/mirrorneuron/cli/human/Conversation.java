package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import java.util.Map;

/** Shows a request at a terminal, and asks for its answer. */
final class Conversation {
  private final ClientOptions client;
  private final HumanPrompt.Lines typed;

  Conversation(ClientOptions client, HumanPrompt.Lines typed) {
    this.client = client;
    this.typed = typed;
  }

  /**
   * Asks until the answer is taken; what is refused is asked for again, and nothing else is.
   *
   * @param there the path that takes the answer
   * @param answer what is known of it and not asked for
   * @return what was recorded; null when the person has not answered
   */
  RestAnswer about(RestClient rest, String there, HumanAsk asked, Map<String, Object> answer)
      throws InterruptedException {
    Questions.print(client.output(), asked);
    if (!asked.isOpen()) {
      return null;
    }
    client.output().line("");
    answer.put("shown_sha256", asked.shownSha256());
    HumanPrompt prompt = new HumanPrompt(client.out(), typed, asked);
    while (prompt.ask(answer)) {
      try {
        return HumanCommand.sign(rest, there, answer);
      } catch (MnException e) {
        RefusedAnswer refused = new RefusedAnswer(e);
        if (!prompt.again(refused.fields(), answer)) {
          throw refused.plain();
        }
        client.output().line(Output.sentences(refused.plain().getMessage()));
      }
    }
    return null;
  }
}
