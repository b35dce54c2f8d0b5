package io.mirrorneuron.app;

import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.Map;

/** The contract as served by a gateway before a runtime that it reaches by gRPC. */
@Whole
class RemoteContractExamplesIT extends ContractExamples {
  @Override
  ApiUnderTest start(Path home, ContractCalls calls) {
    return ApiUnderTest.split(home, calls, Map.of());
  }

  @Override
  long refusals() {
    return 1;
  }
}
