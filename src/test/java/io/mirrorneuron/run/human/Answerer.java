package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Clock;

/** A process that answers requests {@code q0}, {@code q1} … of the run {@code r} when told to. */
final class Answerer {
  private Answerer() {}

  /**
   * @param args the runs root, the name to answer by, how many requests there are
   */
  public static void main(String[] args) throws Exception {
    Clock clock = Clock.systemUTC();
    try (RunStore store = new RunStore(Path.of(args[0]), new RunWriter.Elsewhere())) {
      DecisionService service =
          new DecisionService(store, new HumanLogs(), clock, () -> args[1] + System.nanoTime());
      System.out.println("ready");
      System.in.read();
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        try {
          ObjectNode body = Json.object().put("decision", args[1]);
          Person by = Person.of(body, args[1], null);
          service.act("r", new RequestAction(RequestAction.Kind.RESPOND, "q" + i, body, by));
        } catch (MnException e) {
          if (!e.error().equals("already_answered")) {
            throw e;
          }
        }
      }
    }
  }
}
