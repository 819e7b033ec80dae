/** The namespace `callbacks`: ready-made ones, named as in Keras. */
export { type LearningRateScheduler, learningRateScheduler } from './learning-rate-scheduler.ts';
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduce-lr-on-plateau.ts';
