import { statements, type Resource, type Template } from './rules/template.ts';

/** Does to a template what somebody might. */
export type Plant = (template: Template) => void;

export const resource = (template: Template, id: string): Resource => {
  const found = template.Resources[id];
  if (!found) throw new Error(`there is no ${id} to spoil`);
  return found;
};

/** Changes the properties of one resource. */
export const spoil =
  (id: string, change: (properties: any) => void): Plant =>
  (template) =>
    change(resource(template, id).Properties);

export const remove =
  (id: string): Plant =>
  (template) => {
    resource(template, id);
    delete template.Resources[id];
  };

export const add =
  (id: string, added: Partial<Resource> & Pick<Resource, 'Type'>): Plant =>
  (template) => {
    template.Resources[id] = { Properties: {}, ...added };
  };

/** Changes the statement of a role that allows an action. */
export const spoilStatement =
  (role: string, action: string, change: (statement: any) => void): Plant =>
  (template) => {
    const found = statements(resource(template, role)).find(({ Action }) => [Action].flat().includes(action));
    if (!found) throw new Error(`${role} has no ${action} to spoil`);
    change(found);
  };

export const grant =
  (role: string, statement: object): Plant =>
  (template) => {
    resource(template, role).Properties.Policies[0].PolicyDocument.Statement.push({ Effect: 'Allow', ...statement });
  };

export const spoilOutputs =
  (change: (outputs: any) => void): Plant =>
  ({ Outputs }) =>
    change(Outputs);

export const spoilDashboard =
  (from: string, to: string): Plant =>
  (template) => {
    const { DashboardBody } = resource(template, 'Dashboard').Properties;
    const changed = DashboardBody['Fn::Sub'].replaceAll(from, to);
    if (changed === DashboardBody['Fn::Sub']) throw new Error(`the dashboard does not say ${from}`);
    DashboardBody['Fn::Sub'] = changed;
  };
