using System.Reflection;
using BillingCopilot.Governance.Policy;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.BillingForm;
using BillingCopilot.Plugins.Collections;
using BillingCopilot.Plugins.Customers;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Helpdesk;
using BillingCopilot.Plugins.Invoices;
using BillingCopilot.Plugins.Knowledge;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Support;
using BillingCopilot.Storage;
using Microsoft.SemanticKernel;

namespace BillingCopilot.Plugins.Tools;

/// <summary>Every read tool there is, and how a specialist gets them.</summary>
public sealed class ToolCatalog
{
    private static readonly Dictionary<Type, Func<ToolContext, object>> Plugins = new()
    {
        [typeof(CustomersPlugin)] = context => new CustomersPlugin(context),
        [typeof(BillingFormPlugin)] = context => new BillingFormPlugin(context),
        [typeof(SubscriptionsPlugin)] = context => new SubscriptionsPlugin(context),
        [typeof(InvoicesPlugin)] = context => new InvoicesPlugin(context),
        [typeof(ChargesPlugin)] = context => new ChargesPlugin(context),
        [typeof(PaymentHistoryPlugin)] = context => new PaymentHistoryPlugin(context),
        [typeof(TicketsPlugin)] = context => new TicketsPlugin(context),
        [typeof(CustomerTicketsPlugin)] = context => new CustomerTicketsPlugin(context),
        [typeof(MistakesPlugin)] = context => new MistakesPlugin(context),
        [typeof(StatementPlugin)] = context => new StatementPlugin(context),
        [typeof(DisputesPlugin)] = context => new DisputesPlugin(context),
        [typeof(KnowledgePlugin)] = context => new KnowledgePlugin(context),
    };

    private readonly StripeReaders _readers;
    private readonly IKnowledgeBase _knowledge;
    private readonly BusinessClock _clock;
    private readonly ProposalsOf _proposalsOf;
    private readonly IHelpdesk _helpdesk;
    private readonly PolicyBook? _policies;
    private readonly TicketRouting _routing;
    private readonly Dictionary<string, ReadTool> _byName;

    /// <exception cref="InvalidOperationException">A tool declares no effect, or one that is not a read.</exception>
    public ToolCatalog(StripeReaders readers, IKnowledgeBase knowledge, BusinessClock clock, ProposalsOf proposalsOf, IHelpdesk helpdesk, TicketRouting routing, PolicyBook? policies = null)
    {
        _readers = readers;
        _knowledge = knowledge;
        _clock = clock;
        _proposalsOf = proposalsOf;
        _helpdesk = helpdesk;
        _policies = policies;
        _routing = routing;
        _byName = Scan(Plugins.Keys).ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>In name order.</summary>
    public IReadOnlyList<ReadTool> All => [.. _byName.Values.OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>The tool of this name, or null.</summary>
    public ReadTool? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// Functions for a specialist. They take real ids where <see cref="ReadTool.Handles"/> names a parameter, and
    /// return a projection or a <see cref="ToolFailure"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A name is not a read tool.</exception>
    public IReadOnlyList<KernelFunction> CreateReadTools(ToolScope scope, IEnumerable<string> names)
    {
        return [.. names.Select(OpenReadTools(scope))];
    }

    /// <summary>
    /// The same one by one, as they are needed. What one of them looked up the others need not, so open it anew for
    /// each turn; one at a time may be made.
    /// </summary>
    public Func<string, KernelFunction> OpenReadTools(ToolScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var context = new Lazy<ToolContext>(() => new ToolContext(_readers.For(scope), scope.Tenant, _knowledge, _clock, _proposalsOf, _helpdesk, _policies is null ? null : DisputeTerms.Of(_policies), _routing, scope.Asker));
        Dictionary<Type, object> plugins = [];
        return name => Create(Known(name), context.Value, plugins);
    }

    /// <summary>The tools on these plugin types. Throws, naming it, at the first that declares no effect.</summary>
    public static IEnumerable<ReadTool> Scan(IEnumerable<Type> plugins) =>
        from plugin in plugins
        from method in plugin.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
        where method.IsDefined(typeof(KernelFunctionAttribute))
        select ReadTool.Of(plugin, method);

    private static KernelFunction Create(ReadTool tool, ToolContext context, Dictionary<Type, object> plugins)
    {
        if (!plugins.TryGetValue(tool.Plugin, out var plugin))
        {
            plugins[tool.Plugin] = plugin = Plugins[tool.Plugin](context);
        }

        return KernelFunctionFactory.CreateFromMethod(tool.Method, plugin);
    }

    private ReadTool Known(string name) => Find(name)
        ?? throw new ArgumentException($"There is no read tool '{name}'. There are: {string.Join(", ", All.Select(t => t.Name))}.");
}
