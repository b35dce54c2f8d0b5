package io.mirrorneuron.app;

import io.mirrorneuron.testing.ContractCalls;
import java.nio.file.Path;
import java.util.Map;

/** The contract as served in one process. */
class ContractExamplesIT extends ContractExamples {
  @Override
  ApiUnderTest start(Path home, ContractCalls calls) {
    return ApiUnderTest.whole(home, calls, Map.of());
  }

  @Override
  long refusals() {
    return Long.MAX_VALUE;
  }
}
