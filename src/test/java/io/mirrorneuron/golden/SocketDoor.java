package io.mirrorneuron.golden;

import io.mirrorneuron.testing.SocketClient;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Opens the sockets of the contract and keeps what goes over them. */
final class SocketDoor {
  private final RestDoor rest;
  private final String token;
  private final Normaliser normaliser;
  private final GoldenFiles files;

  SocketDoor(RestDoor rest, String token, Normaliser normaliser, GoldenFiles files) {
    this.rest = rest;
    this.token = token;
    this.normaliser = normaliser;
    this.files = files;
  }

  /** One socket and what has gone over it. */
  final class Talk {
    private final SocketClient socket;
    private final StringBuilder text = new StringBuilder();

    private Talk(SocketClient socket) {
      this.socket = socket;
    }

    Talk say(String message) {
      text.append("> ").append(message).append('\n');
      socket.send(message);
      return this;
    }

    /** Hears one frame. */
    String hear() {
      String frame = socket.nextText();
      text.append(frame).append('\n');
      return frame;
    }

    /** Hears frames up to the one that fits. */
    Talk hearUntil(Predicate<String> last) {
      while (!last.test(hear())) {}
      return this;
    }

    /** Hears that the server closes the socket. */
    Talk close() {
      text.append("(closed with ").append(socket.closeCode()).append(")\n");
      return this;
    }
  }

  void keep(String name, RestDoor.Call call, Consumer<Talk> conversation) {
    String operation = call.operation();
    try (SocketClient socket = SocketClient.open(call.request().build().uri(), token)) {
      Talk talk = new Talk(socket);
      conversation.accept(talk);
      rest.answered(operation, 101);
      files.add(
          rest.file(operation, name, "txt"),
          LineText.of(normaliser.apply("GET " + call.path() + "\n\n" + talk.text, false)));
    }
  }

  /** Keeps all that a stream with an end tells. */
  void keepToEnd(String name, RestDoor.Call call) {
    keep(
        name,
        call,
        talk -> talk.hearUntil(frame -> frame.startsWith("{\"event\":\"end\"")).close());
  }
}
