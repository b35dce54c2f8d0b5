package io.mirrorneuron.golden;

import io.mirrorneuron.testing.SocketClient;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Opens the sockets of the contract and keeps what goes over them. */
final class SocketDoor {
  private final RestDoor rest;
  private final String token;

  SocketDoor(RestDoor rest, String token) {
    this.rest = rest;
    this.token = token;
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

  void keep(String name, RestCall call, Consumer<Talk> conversation) {
    try (SocketClient socket = SocketClient.open(call.request().build().uri(), token)) {
      Talk talk = new Talk(socket);
      conversation.accept(talk);
      rest.coverage().add(call.operation(), 101);
      String text = "GET " + call.path() + "\n\n" + talk.text;
      rest.add(call.operation(), name, "txt", LineText.of(rest.normaliser().apply(text, false)));
    }
  }

  /** Keeps all that a stream with an end tells. */
  void keepToEnd(String name, RestCall call) {
    keep(
        name,
        call,
        talk -> talk.hearUntil(frame -> frame.startsWith("{\"event\":\"end\"")).close());
  }
}
