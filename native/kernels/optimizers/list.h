// Every optimizer kernel: X(op, struct, states, hyper). The names of states and scalars are in the order of the
// kernel's operands and of its Hyper; src/plan/optimizer-ops.ts has the same, and a test compares them.
#pragma once

#define PLUMMET_OPTIMIZERS(X)                                                                                        \
  X(sgd, Sgd, "", "learningRate,weightDecay")                                                                        \
  X(sgdMomentum, SgdMomentum, "momentumBuffer", "learningRate,weightDecay,momentum,oneMinusDampening")               \
  X(sgdNesterov, SgdNesterov, "momentumBuffer", "learningRate,weightDecay,momentum,oneMinusDampening,lookahead")     \
  X(adam, Adam, "expAvg,expAvgSq", "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,weightDecay")     \
  X(adamAmsgrad, AdamAmsgrad, "expAvg,expAvgSq,maxExpAvgSq",                                                         \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,weightDecay")                                    \
  X(yogi, Yogi, "expAvg,expAvgSq", "beta1,oneMinusBeta1,oneMinusBeta2,rate,rootScale,epsilon,weightDecay,decay")     \
  X(adadelta, Adadelta, "squareAvg,accDelta", "rho,oneMinusRho,epsilon,learningRate,weightDecay,decay")              \
  X(adagrad, Adagrad, "sum", "rate,innerEpsilon,outerEpsilon,weightDecay,decay")                                     \
  X(adamax, Adamax, "expAvg,expInf", "beta1,oneMinusBeta1,beta2,rate,innerEpsilon,outerEpsilon,weightDecay,decay")   \
  X(adamw, Adamw, "expAvg,expAvgSq", "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,decay")         \
  X(adamwAmsgrad, AdamwAmsgrad, "expAvg,expAvgSq,maxExpAvgSq",                                                       \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,decay")                                          \
  X(nadam, Nadam, "expAvg,expAvgSq",                                                                                 \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,meanRate,gradientRate,rootScale,epsilon,weightDecay,decay")             \
  X(radam, Radam, "expAvg,expAvgSq",                                                                                 \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,rectified,weightDecay,decay")                    \
  X(rmsprop, Rmsprop, "squareAvg", "alpha,oneMinusAlpha,rate,innerEpsilon,outerEpsilon,weightDecay,decay")           \
  X(rmspropCentered, RmspropCentered, "squareAvg,gradAvg",                                                           \
    "alpha,oneMinusAlpha,rate,innerEpsilon,outerEpsilon,weightDecay,decay")                                          \
  X(rmspropMomentum, RmspropMomentum, "squareAvg,momentumBuffer",                                                    \
    "alpha,oneMinusAlpha,rate,innerEpsilon,outerEpsilon,weightDecay,decay,momentum,learningRate")                    \
  X(rmspropCenteredMomentum, RmspropCenteredMomentum, "squareAvg,gradAvg,momentumBuffer",                            \
    "alpha,oneMinusAlpha,rate,innerEpsilon,outerEpsilon,weightDecay,decay,momentum,learningRate")                    \
  X(rprop, Rprop, "prev,stepSize", "learningRate,first,etaMinus,etaPlus,stepMin,stepMax,weightDecay")                \
  X(sgdVelocity, SgdVelocity, "velocity", "learningRate,momentum,decay")                                             \
  X(sgdVelocityNesterov, SgdVelocityNesterov, "velocity", "learningRate,momentum,decay")                             \
  X(adabelief, Adabelief, "expAvg,expAvgVar",                                                                        \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,epsilonRoot,weightDecay,decay")                  \
  X(adabeliefAmsgrad, AdabeliefAmsgrad, "expAvg,expAvgVar,maxExpAvgVar",                                             \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,rate,rootScale,epsilon,epsilonRoot,weightDecay,decay")                  \
  X(adan, Adan, "expAvg,expAvgSq,expAvgDiff,negPrevGrad",                                                            \
    "first,beta1,oneMinusBeta1,beta2,oneMinusBeta2,beta3,oneMinusBeta3,rate,differenceRate,rootScale,epsilon,decay," \
    "proximal")                                                                                                      \
  X(ademamix, Ademamix, "expAvg,expAvgSq,expAvgSlow",                                                                \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,beta3,oneMinusBeta3,rate,slowRate,rootScale,epsilon,weightDecay,decay") \
  X(adopt, Adopt, "expAvg,expAvgSq",                                                                                 \
    "learningRate,beta1,oneMinusBeta1,beta2,oneMinusBeta2,epsilon,limit,weightDecay,decay")                          \
  X(asgd, Asgd, "ax", "eta,mu,weightDecay,decay")                                                                    \
  X(ftrl, Ftrl, "accumulator,linear", "power,inverseRate,l1,ridge,shrinkage,decay")                                  \
  X(lion, Lion, "expAvg", "learningRate,beta1,oneMinusBeta1,beta2,oneMinusBeta2,decay")                              \
  X(scheduleFreeAdamW, ScheduleFreeAdamw, "z,expAvgSq",                                                              \
    "first,beta2,oneMinusBeta2,rootScale,epsilon,weightDecay,decay,average,learningRate,stepRate")                   \
  X(scheduleFreeSGD, ScheduleFreeSgd, "z", "first,weightDecay,average,learningRate,stepRate")                        \
  X(signSgd, SignSgd, "", "learningRate,weightDecay,decay")                                                          \
  X(signum, Signum, "momentumBuffer", "learningRate,momentum,oneMinusMomentum,weightDecay,decay")                    \
  X(sophiaG, SophiaG, "expAvg,hessian",                                                                              \
    "estimate,beta1,oneMinusBeta1,beta2,oneMinusBeta2,learningRate,scale,epsilon,decay")

// Element-wise rules that are a part of a step: X(op, struct, operands, hyper). Before an operand's name stands what is
// done to it: < read, > written, = both.
#define PLUMMET_RULES(X)                                                                                               \
  X(addScaled, AddScaled, "<x,<y,>out", "scale")                                                                       \
  X(subtractScaled, SubtractScaled, "=parameter,<x", "scale,decay")                                                    \
  X(lambDirection, LambDirection, "<parameter,<gradient,=expAvg,=expAvgSq,>direction",                                 \
    "beta1,oneMinusBeta1,beta2,oneMinusBeta2,meanScale,squareScale,epsilonRoot,epsilon,weightDecay")                   \
  X(larsStep, LarsStep, "=parameter,<gradient,=momentumBuffer", "scale,momentum,lookahead")                            \
  X(novogradStep, NovogradStep, "=parameter,<gradient,=momentumBuffer", "norm,weightDecay,momentum,gain,learningRate") \
  X(varianceUpdate, VarianceUpdate, "<gradient,=variance,>out", "beta2,oneMinusBeta2,added,least")                     \
  X(sm3Step, Sm3Step, "=parameter,<gradient,=cover", "keep,gain,epsilon,learningRate")                                 \
  X(sm3Momentum, Sm3Momentum, "=parameter,<gradient,=cover,=momentumBuffer",                                           \
    "keep,gain,epsilon,learningRate,momentum,oneMinusMomentum")                                                        \
  X(distanceMoments, DistanceMoments, "<gradient,=expAvg,=expAvgSq,=s",                                                \
    "beta1,meanRate,beta2,squareRate,beta3,sumRate")                                                                   \
  X(distanceStep, DistanceStep, "=parameter,<expAvg,<expAvgSq", "decay,rate,epsilon,active")
