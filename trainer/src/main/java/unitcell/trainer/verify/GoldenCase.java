package unitcell.trainer.verify;

import java.io.IOException;
import java.util.Map;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.SafeTensorsFile;

/**
 * Recomputes what one kind of reference file holds.
 */
@FunctionalInterface
interface GoldenCase {
    /** Values by the file's own names, in the file's own order; every one is compared. */
    Map<String, double[]> run(Device device, DType dtype, SafeTensorsFile file) throws IOException;
}
