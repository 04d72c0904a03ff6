export { assertChainId, assertCode, type NamedClient } from './checks.ts'
export { configHelp, field, loadConfig, readEnv } from './config.ts'
export { contractAddress, type Deployment, deploymentSchema, readDeployment } from './deployment.ts'
export { EXIT_CONFIG, oneLine, StartupError, systemCode } from './errors.ts'
export { type RunOptions, runService, type Service } from './lifecycle.ts'
export { createLog, type Logger, type LogOptions } from './log.ts'
export {
  type Answer,
  createMetrics,
  listenLocal,
  type Monitor,
  type MonitorOptions,
  portError,
  type Readiness,
  startMonitor,
} from './monitor.ts'
export { PRODUCT } from './product.ts'
