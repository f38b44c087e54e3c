/** One object that answers every subject of a project: what one answers often depends on another. */

import type {
  Project,
  ProjectClasses,
  ProjectLoaders,
  ProjectPlaces,
  ProjectStates,
  ProjectSwitches,
  ProjectTraining,
  ProjectVersions,
} from '../contract/project.ts';

/** A project, and all that its subjects answer. */
export type Answers = Project &
  ProjectSwitches &
  ProjectClasses &
  ProjectTraining &
  ProjectStates &
  ProjectLoaders &
  ProjectVersions &
  ProjectPlaces;

/** Each subject is the object itself. */
export abstract class OneForAll {
  readonly switches = this;
  readonly classes = this;
  readonly training = this;
  readonly states = this;
  readonly loaders = this;
  readonly versions = this;
  readonly places = this;
}
