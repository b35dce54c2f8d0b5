package io.mirrorneuron.config;

/**
 * Who this server is among those that share one Redis.
 *
 * @param name of the form {@code <word>@<host>}; empty when the host's name is to be used
 * @param load how busy it may be and still take new work
 */
public record NodeSettings(String name, LoadLimits load) {
  private static final String NAME = "node.name";

  static NodeSettings read(Settings settings) {
    String name = settings.text(NAME);
    settings.requireText(
        NAME,
        name.isEmpty() || name.matches("[A-Za-z0-9_.-]{1,64}@[A-Za-z0-9_.:-]{1,253}"),
        "a name such as mirror_neuron@host-1");
    return new NodeSettings(name, LoadLimits.read(settings));
  }
}
