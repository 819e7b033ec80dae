/** What users see as `optimizers`. */

export { type AdabeliefOptions, adabelief } from './adabelief.ts';
export { type AdadeltaOptions, adadelta } from './adadelta.ts';
export { type AdafactorOptions, adafactor } from './adafactor.ts';
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam } from './adam.ts';
export { type AdamaxOptions, adamax } from './adamax.ts';
export { type AdamwOptions, adamw } from './adamw.ts';
export { type AdanOptions, adan } from './adan.ts';
export { type AdemamixOptions, ademamix } from './ademamix.ts';
export { type AdoptOptions, adopt } from './adopt.ts';
export { type AmsgradOptions, amsgrad } from './amsgrad.ts';
export { type AsamOptions, asam } from './asam.ts';
export { type AsgdOptions, asgd } from './asgd.ts';
export type { AdaptiveLimit, CommonOptions, NoiseOptions, NormLimit } from './common.ts';
export type { Convention } from './convention.ts';
export { type DadaptAdamOptions, dadaptAdam } from './dadapt-adam.ts';
export { type FtrlOptions, ftrl } from './ftrl.ts';
export type { GateOptions, LossScaleOptions } from './gate-options.ts';
export type { GroupOptions } from './groups.ts';
export { type LambOptions, lamb } from './lamb.ts';
export { type LarsOptions, lars } from './lars.ts';
export { type LbfgsOptions, lbfgs } from './lbfgs.ts';
export { type LionOptions, lion } from './lion.ts';
export { type LookaheadOptions, lookahead } from './lookahead.ts';
export { type MuonOptions, muon } from './muon.ts';
export { type NadamOptions, nadam } from './nadam.ts';
export { type NovogradOptions, novograd } from './novograd.ts';
export type {
  BindOptions,
  BoundOptimizer,
  Evaluation,
  LoadOptions,
  Optimizer,
  StateDict,
  StateDifference,
} from './optimizer.ts';
export { type ProdigyOptions, prodigy } from './prodigy.ts';
export { type RadamOptions, radam } from './radam.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
export { type RpropOptions, rprop } from './rprop.ts';
export { type SamOptions, sam } from './sam.ts';
export { type ScheduleFreeAdamWOptions, scheduleFreeAdamW } from './schedule-free-adamw.ts';
export { type ScheduleFreeSGDOptions, scheduleFreeSGD } from './schedule-free-sgd.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type ShampooOptions, shampoo } from './shampoo.ts';
export { type SignumOptions, signum } from './signum.ts';
export { type Sm3Options, sm3 } from './sm3.ts';
export { type SoapOptions, soap } from './soap.ts';
export { type SophiaGOptions, sophiaG } from './sophia-g.ts';
export { switchAt } from './switch-at.ts';
export type { AverageOptions, EmaOptions, SwaOptions } from './weight-average.ts';
export { type YogiOptions, yogi } from './yogi.ts';
