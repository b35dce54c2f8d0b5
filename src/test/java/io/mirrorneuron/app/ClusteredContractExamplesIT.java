package io.mirrorneuron.app;

import io.mirrorneuron.testing.ContractCalls;
import io.mirrorneuron.testing.Proof;
import java.nio.file.Path;
import java.util.Map;

/**
 * The contract as served by a gateway that shares nothing with the areas but the bus: no disk, no
 * gRPC, no Redis.
 */
@Proof.Cluster
class ClusteredContractExamplesIT extends ContractExamples {
  @Override
  ApiUnderTest start(Path home, ContractCalls calls) {
    return ApiUnderTest.clustered(home, calls, Map.of());
  }

  @Override
  long refusals() {
    return 1;
  }
}
