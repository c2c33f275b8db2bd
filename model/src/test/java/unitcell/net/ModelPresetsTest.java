package unitcell.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

class ModelPresetsTest {
    @Test
    void everyPresetSurvivesItsJson() throws JsonException {
        for (String name : ModelPresets.names()) {
            EquiformerV2Config config = ModelPresets.of(name);
            JsonObject json =
                    Json.parse(name, ModelConfigJson.write(config).pretty()).asObject();
            assertEquals(config, ModelConfigJson.read(json), name);
            assertTrue(config.maxNumElements() > Generator.CLASSES, name);
        }
    }

    @Test
    void paperHasThePapersSizes() {
        EquiformerV2Config paper = ModelPresets.of("paper");
        assertEquals(12, paper.numLayers());
        assertEquals(6, paper.lmax());
        assertEquals(2, paper.mmax());
        assertEquals(128, paper.sphereChannels());
        assertEquals(512, paper.ffnHiddenChannels());
        assertEquals(18, paper.gridResolution());
    }

    @Test
    void unknownNamesAndKeysGetAHint() {
        IllegalArgumentException preset = assertThrows(IllegalArgumentException.class, () -> ModelPresets.of("smal"));
        assertTrue(preset.getMessage().contains("small"), preset.getMessage());
        JsonException key = assertThrows(
                JsonException.class,
                () -> ModelConfigJson.read(
                        Json.parse("f.json", "{\n  \"num_layer\": 3}").asObject()));
        assertEquals(
                "f.json:2:16: unknown key 'num_layer' in a model configuration; did you mean 'num_layers'?",
                key.getMessage());
    }
}
