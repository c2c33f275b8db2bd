package unitcell.cuda;

import java.util.function.Consumer;
import unitcell.engine.Launched;

/** Products that are shown to an observer before they are submitted. Closing it closes the provider behind it. */
record ObservedGemm(Gemm gemm, Consumer<Launched> observer) implements Gemm {
    @Override
    public void multiply(Product p) {
        observer.accept(new Launched.Product(gemm.description(), p.dtype(), p.m(), p.n(), p.k(), p.batch()));
        gemm.multiply(p);
    }

    @Override
    public String description() {
        return gemm.description();
    }

    @Override
    public void close() {
        gemm.close();
    }
}
