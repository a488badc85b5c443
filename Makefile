# The front door; what each word does is in scripts/.
.PHONY: run test bench score check fmt clean package

run:     ; @scripts/run
test:    ; @scripts/test
bench:   ; @scripts/bench
score:   ; @SERIES="$(SERIES)" SCORE="$(SCORE)" scripts/score
check:   ; @scripts/check
fmt:     ; @scripts/fmt
clean:   ; @scripts/clean
package: ; @scripts/package
