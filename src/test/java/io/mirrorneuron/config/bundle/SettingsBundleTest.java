package io.mirrorneuron.config.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsBundleTest {
  @ParameterizedTest
  @ValueSource(strings = {"default", "prod", "variables"})
  void whatIsReadAtAStartIsWhatPeopleRead(String name) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/conf/" + name + ".json")) {
      assertThat(new String(in.readAllBytes()))
          .isEqualTo(SettingsBundle.json(Path.of("conf", name + ".yaml")));
    }
  }
}
