// Every kernel, instantiated for the Vec that a file in native/isa/ has included before.
#pragma once
#include "ascent.h"
#include "clipping.h"
#include "column_sums.h"
#include "composition.h"
#include "gather.h"
#include "gemm/dense.h"
#include "gemm/gemm.h"
#include "gemm/input_gradient.h"
#include "gemm/update.h"
#include "losses.h"
#include "matrices.h"
#include "metrics.h"
#include "optimizers/adabelief.h"
#include "optimizers/adadelta.h"
#include "optimizers/adafactor.h"
#include "optimizers/adagrad.h"
#include "optimizers/adam.h"
#include "optimizers/adamax.h"
#include "optimizers/adamw.h"
#include "optimizers/adan.h"
#include "optimizers/ademamix.h"
#include "optimizers/adopt.h"
#include "optimizers/asgd.h"
#include "optimizers/distance.h"
#include "optimizers/ftrl.h"
#include "optimizers/lamb.h"
#include "optimizers/lars.h"
#include "optimizers/lion.h"
#include "optimizers/nadam.h"
#include "optimizers/novograd.h"
#include "optimizers/radam.h"
#include "optimizers/rmsprop.h"
#include "optimizers/rprop.h"
#include "optimizers/schedule_free.h"
#include "optimizers/sgd.h"
#include "optimizers/signum.h"
#include "optimizers/sm3.h"
#include "optimizers/small_states.h"
#include "optimizers/sophia_g.h"
#include "optimizers/trust.h"
#include "optimizers/yogi.h"
#include "random.h"
#include "roots.h"
#include "table.h"

#define PLUMMET_OP(op, kernel) kernel<Vec>,
#define PLUMMET_RULE(op, Rule, operands, hyper) rule_step<Rule, Vec>,
#define PLUMMET_OPTIMIZER(op, Optimizer, states, hyper) optimizer_step<Optimizer, Vec>,
#define PLUMMET_OF_DENSE(op, Optimizer, states, hyper) update_of_dense<Optimizer, Vec>,

// Defines the table of that instruction set.
#define PLUMMET_KERNEL_TABLE(isa)                                                                \
  namespace plummet {                                                                            \
  extern "C" const KernelTable plummet_kernels_##isa = {                                         \
      #isa,                                                                                      \
      {PLUMMET_OPS(PLUMMET_OP) PLUMMET_RULES(PLUMMET_RULE) PLUMMET_OPTIMIZERS(PLUMMET_OPTIMIZER) \
           PLUMMET_OPTIMIZERS(PLUMMET_OF_DENSE)}};                                               \
  }
