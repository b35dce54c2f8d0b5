package io.mirrorneuron.port.models;

/**
 * How fast a model answered.
 *
 * @param model its id
 * @param elapsedMs of the whole answer
 * @param firstTokenMs until the first token came; null when none did
 * @param tokensPerSecond from the first token on; 0 when that says nothing
 * @param sample the beginning of what it said
 * @param estimated whether tokens are characters by four, as the runner did not count them
 */
public record ModelBenchmark(
    String model,
    String name,
    String dockerModel,
    String apiModel,
    String node,
    double elapsedMs,
    Double firstTokenMs,
    long generatedTokens,
    double tokensPerSecond,
    String sample,
    boolean estimated) {}
