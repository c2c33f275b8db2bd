package unitcell.trainer.verify;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.SafeTensorsFile;

/** Reference file of the optimiser: parameters after each of several steps. */
final class GoldenOptimiser {
    private GoldenOptimiser() {}

    static Map<String, double[]> adamW(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        double[] start = file.doubles("p0");
        double[] gradients = file.doubles("grads");
        double[] hyper = file.doubles("hyper");
        double[] after = new double[gradients.length];
        Parameter parameter = new Parameter("p", new long[] {start.length}, true);
        try (ParameterStore store = new ParameterStore(device, dtype, List.of(parameter))) {
            store.get("p").value().copyFrom(start);
            AdamW adam = new AdamW(store, new AdamW.Settings(hyper[1], hyper[2], hyper[3], hyper[4]));
            for (int t = 0; t < gradients.length / start.length; t++) {
                int from = t * start.length;
                store.get("p").grad().copyFrom(Arrays.copyOfRange(gradients, from, from + start.length));
                adam.step(hyper[0], 1);
                System.arraycopy(store.get("p").value().toDoubles(), 0, after, from, start.length);
            }
        }
        Map<String, double[]> out = new LinkedHashMap<>();
        out.put("after", after);
        return out;
    }
}
