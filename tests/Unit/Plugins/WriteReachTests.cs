using System.Reflection;
using System.Runtime.CompilerServices;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Governance.Executor;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Memory;
using BillingCopilot.Plugins.StripeApi;
using BillingCopilot.Plugins.Tools;
using BillingCopilot.Storage;
using Microsoft.SemanticKernel;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Who can come by a writer, by the types of what each class is given and keeps.</summary>
public sealed class WriteReachTests
{
    private static readonly HashSet<Type> Product =
    [
        .. new[] { typeof(Money), typeof(CopilotDb), typeof(WriteGrant), typeof(IKnowledgeBase), typeof(ToolCatalog), typeof(Specialist), typeof(CopilotHost) }
            .SelectMany(t => t.Assembly.GetTypes()).Where(t => !IsGenerated(t)),
    ];

    /// <summary>What opens writers, and the writers: those that are opened by a grant.</summary>
    private static readonly HashSet<Type> Writers =
    [
        .. Product.Where(t => typeof(IWriteClients).IsAssignableFrom(t)),
        .. Product.Where(t => t.IsClass && t.GetConstructors(Everything).Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(WriteGrant)))).SelectMany(t => t.GetInterfaces().Where(i => Product.Contains(i)).Append(t)),
    ];

    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void Writers_AreHeldByTheExecutorAlone()
    {
        Writers.ShouldContain(typeof(StripeWriter));
        Writers.Count.ShouldBeGreaterThan(7);
        Product.Where(t => !Writers.Contains(t) && Held(t).Any(Writers.Contains)).Select(t => t.Name).Order(StringComparer.Ordinal)
            .ShouldBe(["ExecuteGuards", "ExecutionAttempts"]);
    }

    [Fact]
    public void Plugins_AllOfThem_ReachNothingThatWrites()
    {
        var plugins = Product.Where(t => t.GetMethods(Everything | BindingFlags.Static).Any(m => m.IsDefined(typeof(KernelFunctionAttribute)))).ToList();
        plugins.Count.ShouldBeGreaterThan(10);

        foreach (var plugin in plugins)
        {
            plugin.GetConstructors().ShouldHaveSingleItem(plugin.Name).GetParameters().ShouldHaveSingleItem(plugin.Name).ParameterType.ShouldBe(typeof(ToolContext));
            var reached = Reached(plugin);
            reached.ShouldContain(typeof(StripeReader));
            reached.Where(t => Writers.Contains(t) || t == typeof(IServiceProvider) || t == typeof(ProposalExecutor)).ShouldBeEmpty(plugin.Name);
        }

        Reached(typeof(ProposalExecutor)).ShouldContain(typeof(IWriteClients), "the same look finds one where it is");
    }

    /// <summary>All types of the product to which this one has a way, over what it holds; of an interface of its own all that implement it.</summary>
    private static HashSet<Type> Reached(Type from)
    {
        var reached = new HashSet<Type>();
        var next = new Stack<Type>([from]);
        while (next.TryPop(out var type))
        {
            foreach (var held in Held(type).Concat(type.IsInterface && Product.Contains(type) ? Product.Where(t => t.IsClass && type.IsAssignableFrom(t)) : []).Where(reached.Add))
            {
                next.Push(held);
            }
        }

        return reached;
    }

    /// <summary>Types of constructor parameters, fields and properties, with their type arguments. What it gives out by a method for a grant is not held.</summary>
    private static IEnumerable<Type> Held(Type type) => Product.Contains(type)
        ? type.GetConstructors(Everything).SelectMany(c => c.GetParameters().Select(p => p.ParameterType)).Concat(type.GetFields(Everything).Select(f => f.FieldType)).Concat(type.GetProperties(Everything).Select(p => p.PropertyType)).SelectMany(Parts)
        : [];

    private static IEnumerable<Type> Parts(Type type) =>
        [type, .. type.HasElementType ? Parts(type.GetElementType()!) : [], .. type.GetGenericArguments().SelectMany(Parts)];

    private static bool IsGenerated(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute)) || (type.DeclaringType is { } outer && IsGenerated(outer));
}
