/** What a project answers to the questions that a file was tried with before its project was known, without a look at the file. */

import type { Settings } from '../settings/settings.ts';
import { mayHaveCallers } from './elsewhere.ts';
import { nameBuildsModes } from './networks.ts';
import { WorkspaceProject } from './project.ts';
import type { Answer, AskedWay, Question } from './unseen-project.ts';
import type { Workspace } from './workspace.ts';

interface Place {
  readonly path: string;
  readonly workspace: Workspace;
  readonly project: WorkspaceProject;
}

const ANSWERS: Readonly<Record<Question, (at: Place, name: string, parameter: string, position: number) => Answer>> = {
  deterministicAlgorithms: ({ project }) => project.deterministicAlgorithms,
  deterministicCudnn: ({ project }) => project.deterministicCudnn,
  environmentSetsCublas: ({ project }) => project.environmentSetsCublas,
  fillsParametersElsewhere: ({ project }) => project.fillsParametersElsewhere,
  goesOnWithStates: ({ project }) => project.goesOnWithStates,
  hasCallers: ({ path, workspace }, name) => mayHaveCallers(name, path, workspace),
  hasCommands: ({ project }) => project.commands.length > 0,
  hasConstructor: ({ project }, name) => project.constructorOf(name) !== null,
  hasInitializers: ({ project }) => project.passedInitializers.length > 0,
  hasKeptPipeline: ({ project }, name) => project.keptPipeline(name) !== null,
  hasRanks: ({ project }) => project.hasRanks,
  hasReturnedPipeline: ({ project }, name) => project.returnedPipeline(name) !== null,
  hasRounds: ({ project }, number) => project.roundsOf(Number(number)).length > 0,
  hasSettings: ({ project }, name) => project.settingsOf(name).length > 0,
  isCalledElsewhere: ({ project }, id) => project.callsElsewhere(id) !== null,
  isMethodLoud: ({ path, workspace }, id, least, most) =>
    workspace.callsMethodElsewhere(path, id, [Number(least), most]) === false,
  isDataset: ({ project }, name) => project.isDataset(name),
  isHandedNames: ({ path, workspace }) => workspace.isHandedNames(path),
  isImported: ({ project }) => project.isImported,
  isInProgram: ({ project }) => project.isInProgram,
  isIterable: ({ project }, name) => project.isIterable(name),
  isLocated: ({ path, workspace }, name) => (workspace.locate(name, path)?.name ?? '') !== '',
  isModeSetElsewhere: ({ project }) => project.isModeSetElsewhere,
  isNetwork: ({ project }, name) => project.isNetwork(name),
  isPassedElsewhere: ({ path, workspace }, id, parameter, at) =>
    workspace.passesGradient(path, id, parameter, at) !== null,
  isPlainLoader: ({ project }, name) => project.isPlainLoader(name),
  isProgram: ({ project }) => project.isProgram,
  isReadable: ({ project }, name) => project.callOf(name) !== null,
  isTransformed: ({ project }) => project.transformers.length > 0,
  isUnsplit: ({ project }, name) => project.isUnsplit(name),
  lostStates: ({ project }) => project.lostStates,
  makesCheckpoint: ({ project }) => project.makesCheckpoint,
  nameBuildsModes: ({ path, workspace }, name) => nameBuildsModes(name, path, workspace),
  promise: ({ project }) => project.promise,
  resumes: ({ project }) => project.resumes,
  setsCublas: ({ project }) => project.setsCublas,
  takesGradients: ({ project }) => project.takesGradients,
  tellsEpoch: ({ project }) => project.tellsEpoch,
  timesCode: ({ project }) => project.timesCode,
  usesCuda: ({ project }) => project.usesCuda,
};

/** Whether the project around a file answers all the way as it was tried. */
export function answersAlike(path: string, settings: Settings, workspace: Workspace): (way: AskedWay) => boolean {
  const project = new WorkspaceProject(path, settings, workspace, () => {
    throw new Error('Nobody looks at the file.');
  });
  const at: Place = { path, workspace, project };
  const known = new Map<string, Answer>();
  return (way) =>
    way.every(({ question, about, answer }) => {
      const key = [question, ...about].join('\0');
      if (!known.has(key)) {
        const [name = '', parameter = '', position = 0] = about as [string?, string?, number?];
        known.set(key, ANSWERS[question](at, name, parameter, position));
      }
      return known.get(key) === answer;
    });
}
