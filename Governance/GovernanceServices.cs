using BillingCopilot.Governance.Approvals;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Controls;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Guards;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Governance.Reconcile;
using BillingCopilot.Governance.Rollout;
using BillingCopilot.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BillingCopilot.Governance;

/// <summary>Registration of proposals, decisions and the executor. Needs <c>AddStorage</c>; the executor needs <see cref="IWriteClients"/>.</summary>
public static class GovernanceServices
{
    public static IServiceCollection AddGovernance(this IServiceCollection services, GovernanceOptions options)
    {
        options.Executor.Validate();
        options.Audit.Validate();
        services.AddLogging();
        services.AddSingleton(options);
        services.AddSingleton(options.Executor);
        services.AddSingleton(options.Audit);
        services.TryAddSingleton<OperationCatalog>();
        services.TryAddSingleton<OperationInvokers>();
        services.TryAddSingleton(s => ReadPeople(options, s.Get<ILogger<WatchedPeople>>()));
        services.TryAddSingleton(s => PolicyFile.Read(Open(options.PolicyFile, "policy.yaml"), s.Get<OperationCatalog>()));
        services.TryAddSingleton(s => ReadRollout(options.Rollout, s.Get<OperationCatalog>()));
        services.TryAddSingleton<AuditLog>();
        services.TryAddSingleton<AuditKeys>();
        services.TryAddSingleton<AuditAnchors>();
        services.TryAddSingleton<SubjectKeys>();
        services.TryAddSingleton<AuditContents>();
        services.TryAddSingleton<AuditVerifier>();
        services.TryAddSingleton<SubjectEraser>();
        services.TryAddSingleton<ProposalExpiry>();
        services.TryAddSingleton(s => new RolloutGate(s.Get<RolloutPlan>(), s.GetService<ICustomerFactsReader>()));
        services.TryAddSingleton(s => new KillSwitches(s.Get<CopilotDbFactory>(), s.Get<BusinessClock>(), s.Get<OperationCatalog>(), s.Get<GuardList>, s.Get<AuditLog>()));
        services.TryAddSingleton<Breakers>();
        services.TryAddSingleton<StandingTerms>();
        services.TryAddSingleton<ProposeGuards>();
        services.TryAddSingleton<DecideGuards>();
        services.TryAddSingleton<ActGuards>();
        services.TryAddSingleton<ExecuteGuards>();
        services.TryAddSingleton(s => GuardList.Compose(s.Get<ProposeGuards>(), s.Get<DecideGuards>(), s.Get<ActGuards>(), s.Get<ExecuteGuards>()));
        services.TryAddSingleton(s => new ProposalBook(
            s.Get<CopilotDbFactory>(), s.Get<BusinessClock>(), s.Get<IdSource>(), s.Get<OperationInvokers>(),
            s.Get<PolicyBook>(), s.Get<GuardList>(), s.Get<AuditLog>(), s.Get<ProposalExpiry>(), s.GetService<ICustomerZones>(), s.GetService<IPolicyQuotes>()));
        services.TryAddSingleton(s => new ProposalEditor(s.Get<CopilotDbFactory>(), s.Get<OperationInvokers>(), s.Get<ProposalBook>(), s.Get<ProposalExpiry>(), s.Get<PolicyBook>()));
        services.TryAddSingleton(s => new DecisionDesk(
            s.Get<CopilotDbFactory>(), s.Get<BusinessClock>(), s.Get<PeopleDirectory>(), s.Get<PolicyBook>(), s.Get<GuardList>(),
            s.Get<AuditLog>(), s.Get<ProposalExpiry>()));
        services.TryAddSingleton(s => new BatchDesk(
            s.Get<CopilotDbFactory>(), s.Get<BusinessClock>(), s.Get<IdSource>(), s.Get<PolicyBook>(),
            s.Get<DecisionDesk>(), s.Get<GuardList>(), s.Get<ProposalExpiry>(), s.Get<AuditLog>()));
        services.TryAddSingleton(s => new StandingDesk(
            s.Get<CopilotDbFactory>(), s.Get<BusinessClock>(), s.Get<IdSource>(), s.Get<PeopleDirectory>(), s.Get<PolicyBook>(), s.Get<RolloutPlan>(),
            s.Get<OperationCatalog>(), s.Get<DecisionDesk>(), s.Get<GuardList>(), s.Get<Breakers>(), s.Get<AuditLog>()));
        services.TryAddSingleton(s => new ReconcileDesk(
            s.Get<CopilotDbFactory>(), s.Get<PolicyBook>(), s.Get<OperationInvokers>(), s.Get<GuardList>(), s.Get<AuditLog>()));
        return services.AddExecutor();
    }

    /// <summary>Adds an operation to the catalogue, to the proposals and to the executor. Throws when its arguments can't be carried exactly.</summary>
    public static IServiceCollection AddOperation<TOperation, TArguments>(this IServiceCollection services)
        where TOperation : class, IOperation<TArguments>
        where TArguments : class
    {
        var descriptor = TOperation.Descriptor;
        if (descriptor.ArgumentsType != typeof(TArguments))
        {
            throw new NotSupportedException($"{descriptor.Name} is described with {descriptor.ArgumentsType.Name} and takes {typeof(TArguments).Name}.");
        }

        _ = ArgumentShape.Of(typeof(TArguments));
        services.AddSingleton(descriptor);
        services.TryAddSingleton<TOperation>();
        return services.AddSingleton<OperationInvoker, OperationInvoker<TOperation, TArguments>>();
    }

    /// <summary>
    /// Reads people, policy and rollout now, and throws <see cref="GovernanceConfigurationException"/> on the first
    /// fault: call it before serving.
    /// </summary>
    public static void CheckGovernance(this IServiceProvider services)
    {
        _ = services.GetRequiredService<PeopleDirectory>();
        _ = services.GetRequiredService<PolicyBook>();
        _ = services.GetRequiredService<RolloutPlan>();
    }

    private static IServiceCollection AddExecutor(this IServiceCollection services)
    {
        services.TryAddSingleton<LeaseClock>();
        services.TryAddSingleton<ExecutionLeases>();
        services.TryAddSingleton<ExecutionChecks>();
        services.TryAddSingleton<ExecutionJournal>();
        services.TryAddSingleton<ExecutionAttempts>();
        services.TryAddSingleton(s => new ProposalExecutor(
            s.Get<CopilotDbFactory>(), s.Get<ExecutionLeases>(), s.Get<ExecutionChecks>(), s.Get<ExecutionJournal>(), s.Get<ExecutionAttempts>(),
            s.Get<TimeProvider>(), s.Get<ExecutorOptions>(), s.Get<ILogger<ProposalExecutor>>()));
        return services;
    }

    private static PeopleDirectory ReadPeople(GovernanceOptions options, ILogger<WatchedPeople> logger) => options switch
    {
        { PeopleFile: { } path } => new PeopleDirectory(new WatchedPeople(path, logger).Now),
        { Rollout.SandboxMode: true } => new PeopleDirectory(PeopleFile.Read(ConfigFile.ReadDefault("people.yaml"))),
        _ => new PeopleDirectory([]),
    };

    private static RolloutPlan ReadRollout(RolloutOptions options, OperationCatalog catalog) => options switch
    {
        { File: { } file } => RolloutFile.Read(ConfigFile.Read(file), catalog),
        { Profile: { } profile } => RolloutFile.Read(ConfigFile.ReadDefault($"rollout.{profile}.yaml"), catalog),
        { SandboxMode: true } => RolloutFile.Read(ConfigFile.ReadDefault("rollout.yaml"), catalog),
        _ => new RolloutPlan(new Dictionary<string, RolloutStep>(), new Dictionary<string, RolloutStep>()),
    };

    private static T Get<T>(this IServiceProvider services)
        where T : notnull => services.GetRequiredService<T>();

    private static ConfigMap Open(string? path, string name) => path is null ? ConfigFile.ReadDefault(name) : ConfigFile.Read(path);
}
