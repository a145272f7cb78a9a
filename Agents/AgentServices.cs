using BillingCopilot.Agents.Journal;
using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Providers;
using BillingCopilot.Agents.Models.Rules;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Plugins.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Agents;

/// <summary>Registration of the specialists, their prompts and their model. Needs storage, governance's proposals and the read tools.</summary>
public static class AgentServices
{
    /// <exception cref="AgentConfigurationException">A setting can't be used; the message says what is allowed.</exception>
    public static IServiceCollection AddAgents(this IServiceCollection services, AgentOptions options)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new AgentConfigurationException(string.Join(" ", problems));
        }

        services.AddLogging();
        services.AddSingleton(options);
        services.TryAddSingleton(s => Sources(s.GetRequiredService<ToolCatalog>(), s.GetRequiredService<OperationCatalog>(), s.GetRequiredService<ProposalBook>(), s.GetRequiredService<PolicyBook>(), name => MayPropose(s, name)));
        services.TryAddSingleton(s => PromptRegistry.Load(options.PromptsPath, s.GetRequiredService<ToolSources>().Names));
        services.TryAddSingleton(s => PlaybookRegistry.Load(
            options.PromptsPath,
            s.GetRequiredService<PromptRegistry>().Names,
            agent => [.. s.GetRequiredService<PromptRegistry>().All.Where(p => p.Name == agent).SelectMany(p => p.Tools)]));
        services.TryAddSingleton(s => RuleBook.Load(options.PromptsPath, s.GetRequiredService<PromptRegistry>().Names, s.GetRequiredService<ToolSources>().Names));
        services.TryAddSingleton(s => new ToolOffer(s.GetRequiredService<RuleBook>(), s.GetRequiredService<ToolSources>().ReadNames));
        services.TryAddSingleton(s => ModelFactory.Create(options.Model, s.GetRequiredService<RuleBook>(), s.GetService<TimeProvider>(), s.GetService<ILoggerFactory>()));
        services.TryAddSingleton(s => new ProviderProbe(options, s.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton<IFunctionInvocationFilter, ToolTracing>();
        services.TryAddSingleton(s => new TurnAudits(s.GetService<AuditLog>(), s.GetService<AuditContents>()));
        services.TryAddSingleton<Specialist>();
        services.TryAddSingleton<TurnRunner>();
        services.TryAddSingleton<DirectTools>();
        return services;
    }

    /// <summary>Loads and checks prompts, playbooks, rules and the model now: call it before serving.</summary>
    /// <exception cref="AgentConfigurationException">The first fault, with file and line.</exception>
    public static void CheckAgents(this IServiceProvider services)
    {
        var playbooks = services.GetRequiredService<PlaybookRegistry>();
        services.GetService<RolloutPlan>()?.Limit(playbooks.All.ToDictionary(p => p.Name, p => p.Phase, StringComparer.Ordinal));
        _ = services.GetRequiredService<ChatModel>();
        var agents = services.GetRequiredService<PromptRegistry>().Names.Append(TurnRunner.CoordinatorName).ToArray();
        var unknown = services.GetRequiredService<AgentOptions>().Model.Agents.Keys.Except(agents).FirstOrDefault();
        if (unknown is not null)
        {
            throw new AgentConfigurationException($"Model:Agents:{unknown} names no specialist; there are: {string.Join(", ", agents)}.");
        }
    }

    private static ToolSources Sources(ToolCatalog reads, OperationCatalog operations, ProposalBook proposals, PolicyBook policies, Func<string, bool> playbookProposes)
    {
        RefuseNestedHandles(reads.All.SelectMany(t => HandleParameters.NestedIn(t.Method).Select(n => $"{t.Name}.{n}"))
            .Concat(operations.All.SelectMany(o => HandleParameters.NestedIn(o.ArgumentsType).Select(n => $"{o.Name}.{n}"))));
        return new ToolSources(
            [.. reads.All.Select(t => t.Name)],
            reads.OpenReadTools,
            name => reads.Find(name)!.Handles,
            // What people fill in on a form, or ask for as an undoing, is no tool: a prompt that names it stops the start.
            new OperationCatalog([.. operations.All.Where(o => o is { FilledByPeople: false, UndoesOnly: false })]),
            OperationSchema.For,
            proposals.ProposeAsync,
            view => policies.For(view.Operation).Needs(view.SecondApprover),
            proposals.ListForTaskAsync,
            proposals.ListForConversationAsync)
        {
            MayPropose = (person, playbook, operation) => policies.For(operation).ProposerRole(person) is not null && (playbook is null || playbookProposes(playbook)),
        };
    }

    /// <summary>False for a playbook that only reads, by its file or by rollout.yaml.</summary>
    private static bool MayPropose(IServiceProvider services, string playbook) =>
        services.GetRequiredService<PlaybookRegistry>().Find(playbook)?.Phase is not RolloutPhase.ReadOnly
        && services.GetService<RolloutPlan>()?.PhaseOfPlaybook(playbook) is not (RolloutPhase.ReadOnly or RolloutPhase.Off);

    /// <exception cref="AgentConfigurationException">Some argument would take an object past the handles.</exception>
    internal static void RefuseNestedHandles(IEnumerable<string> nested)
    {
        string[] names = [.. nested];
        if (names.Length > 0)
        {
            throw new AgentConfigurationException($"Handles are resolved only as arguments of their own, not inside lists or records: {string.Join(", ", names)}. Flatten these arguments.");
        }
    }
}
